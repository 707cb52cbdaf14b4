// Enums and namespaces: in parts, nested, merged, ambient.
declare const any: any;
enum Plain { A, B, C = 5, D, 'e f', G = 1 << 3, H = A | B, I = 'i', J = `j`, K = any.length, L = -1, M, N = ~B + (2 ** 3), O = Plain.C, ['p'] = 1, }
enum Plain { Q = 100, R } const enum Const { A = 'a', B = 1 } declare enum Ambient { A, B = 2 } declare const enum AmbientConst { A }
namespace Outer { export const a = 1; const hidden = a; export let b = hidden, { c, d: [e] } = any; export function f() { return a; } export class G { x = b; } export enum H { I } export namespace Inner { export const j = c; } export import K = Inner.j; export type L = 1; export interface M {} import N = Inner; void N; export declare const o: number; if (any) { var p = e; void p; } export default any; }
namespace Outer { export const z = a + b; export namespace Inner { export const y = j; } export enum H { X = 1 } }
namespace A.B.C { export const x = 1; } namespace A.B { export const y = C.x; } namespace A.B.C { export const z = x; }
function merged() { return merged.x; } namespace merged { export const x = 1; } class Merged { y = Merged.z; } namespace Merged { export const z = 1; } namespace Plain { export function parse() { return Plain.A; } }
namespace Types { export type A = 1; interface B {} namespace C { type D = 1; } } declare namespace Declared { const a: number; function b(): void; namespace c { let d: number; } } declare module 'quoted' { export default any; export const x: number; } declare module 'short'; declare global { var globalName: number; interface Window { x: number } } module Old {}
export { Plain, Const, Outer, A, merged, Merged }; export type { Types, Ambient, AmbientConst, Declared }; export as namespace Library;
