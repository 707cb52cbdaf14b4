#!/usr/bin/env node
// Every import and export.
import 'side-effect';
import def from 'a';
import * as all from 'b';
import { one, two as deux, default as trois, 'string name' as quatre } from 'c';
import both, { five } from 'd';
import both2, * as six from 'e';
import {} from 'f';
import type Type1 from 'g'; import type { Type2, Type3 as T3 } from 'h'; import type * as types from 'i'; import { type Type4, type Type5 as T5, seven } from 'j';
import data from './data.json' with { type: 'json' }; import defer * as later from 'k';
import type Type6 from 'l' with { 'resolution-mode': 'import' };
export * from 'm'; export * as ns from 'n'; export * as 'string ns' from 'o'; export { x, y as z, default, default as w, 'a b' as 'c d' } from 'p'; export type { Type7 } from 'q'; export type * from 'r'; export { type Type8 } from 's'; export {} from 't'; export * from 'u' with { type: 'json' };
export const c1 = def, { c2, c3: [c4] } = all as any; export let l1 = one; export var v1 = deux; export function f1() { return trois; } export async function f2() {} export function* f3() {} export async function* f4() {} export class C1 {} export abstract class C2 {} export enum E1 { A = quatre } export const enum E2 { B } export namespace N1 { export const n1 = five; } export type T1 = Type1 | Type2 | T3; export interface I1 { a: Type4; b: T5; c: Type6; d: types.X } export declare const d1: number; export declare function d2(): void;
const local = [both, both2, six, seven, data]; export { local, local as default, local as 'string local' }; export { type T1 as T9, type I1 as I9 };
export { c1 as hoisted }; export type { T1 as T10 };
const top = await import('x'); for await (const item of top.items) item(); await using resource = top.open(); export { top, resource, later };
