/**
 * The type of a family of operations: a record for every name, typed by the attributes the name takes.
 *
 * Guarantees: a family that lacks a record for one of its names does not compile.
 */
import type { OpRecord } from '../autograd/op-record.ts';

export type Records<Attributes> = { readonly [Name in keyof Attributes]: OpRecord<Attributes[Name]> };
