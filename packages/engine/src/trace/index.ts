/**
 * The `trace` namespace of the package: listening, and the vocabulary of what is heard.
 */
export { listen, withTrace } from './trace.ts';
export { formatCallSite, type CallSite } from './call-site.ts';
export type {
  BackwardEvent, BufferEvent, ConstructEvent, ForwardEvent, GradScopeEvent, GradState, ModeEvent, RandomEvent, ReadEvent, SensitiveLeaf, StepEvent, TraceEvent,
} from './events.ts';
