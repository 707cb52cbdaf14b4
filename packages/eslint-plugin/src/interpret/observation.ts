// What the interpreter saw, for the rules to judge. An observation stands for one place in the program in one chain of calls;
// it collects over all visits of that place. Rules read observations and nothing else.
import type { Func } from '../ir/ir.ts';
import type { FuncRef, StaleOrigin } from '../domains/value.ts';
import type { GradSet } from '../domains/grad.ts';
import type { ModeSetting, StatisticsSet } from '../domains/heap.ts';
import type { ModeSet } from '../domains/mode.ts';
import type { AbstractObject, ProjectClass, Site } from '../domains/object.ts';
import type { Span } from '../source/span.ts';
import type { Either } from './left-behind.ts';

/** What became of the output of a forward call. */
export type Use =
  /** A backward pass ran through it. */
  | 'trained'
  /** A backward pass ran over something that it went into without a gradient path: a target. */
  | 'target'
  /** Values were taken out of it: a number, a class, a print, a file, a comparison. */
  | 'read'
  /** Only its shape, type or device was looked at. */
  | 'shape'
  /** What it computes was written to a file as a program, or the module itself was. */
  | 'exported'
  /** It left the code that we see: returned from a root function, stored in an object of the caller, handed to unknown code. */
  | 'escaped';

/** One mode-sensitive layer, or functional layer governed by a module's flag, that a forward call reached. */
export interface LeafRun {
  /** Class as a message names it: `nn.Dropout`. */
  readonly className: string;
  /** Path from the called module: `encoder.drop`, empty for the module itself. */
  readonly path: string;
  readonly constructed: Site;
  /** What it does in training mode; `branch`: its `forward` tests the flag, and what it runs on either way we do not judge. */
  readonly effect: 'random' | 'statistics' | 'branch';
  readonly sensitivity: 'yes' | 'unknown';
  /** Holds if the part that it belongs to is certainly not trained: all of its parameters are frozen. */
  readonly isFrozen: boolean;
  modes: ModeSet;
  settings: readonly ModeSetting[];
  statistics: StatisticsSet;
}

/** Two tasks that set the mode of one module, and do not wait for each other. */
export interface Race {
  readonly setting: ModeSetting;
  readonly awaited: Site;
  /** What the other task sets. */
  readonly rival: ModeSetting;
  /** Holds if both are seen to be started together. */
  readonly certain: boolean;
}

/** A layer in training mode that had been put into evaluation mode by itself, and the setting that woke it with all others. */
export interface Woken {
  readonly setting: ModeSetting;
  readonly leaf: LeafRun;
}

/** A call of a part of a network in a scope without gradients, and the scope. */
export interface Cut {
  readonly call: Site;
  readonly scope: Site | null;
  readonly className: string;
}

export interface ForwardObservation {
  readonly kind: 'forward';
  readonly number: number;
  readonly where: FuncRef;
  /** The function that the chain of calls starts in. */
  readonly root: Func;
  readonly call: Site;
  readonly statement: Span;
  /** What stands before the arguments: `model`, `self.net`. */
  readonly calleeSpan: Span;
  /** Holds if that names the network, or a method of it; not of `run = partial(net)`, `f = net.forward` and `nn.Module.__call__(net, x)`, which have no `eval()`. */
  readonly namesNetwork: boolean;
  /** Set if the module is not called for its output, but made into a program or a file; its output is what the program computes. */
  readonly exported: ExportFact | null;
  readonly module: AbstractObject | null;
  /** The called module as a message names it, and where it was made (null: it came from outside). */
  readonly className: string;
  readonly constructed: Site | null;
  /** The calls that lead here, outermost first. */
  readonly chain: readonly Site[];
  modes: ModeSet;
  settings: readonly ModeSetting[];
  readonly leaves: Map<string, LeafRun>;
  /** Holds if part of what it runs is code that we cannot see. */
  opaque: boolean;
  /** Holds if we know that the callee is a module (a class we see, or a mode method was called on it). */
  isModule: boolean;
  grad: GradSet;
  gradSites: readonly Site[];
  /**
   * Whether it records a graph where gradients are enabled: `yes` if a parameter that certainly requires gradients takes part,
   * `no` if there is none, or all are frozen.
   */
  records: 'yes' | 'maybe' | 'no';
  /** Holds if the analysis stopped before it had seen all that becomes of the output; nothing definite may be said then. */
  incomplete: boolean;
  /** Holds if the network is as it was made, and is given random numbers alone: a look at whether its layers fit together. */
  rehearses: boolean;
  /** Holds if the call is made once in a run: no loop is around it or around a call that leads to it. */
  readonly once: boolean;
  /** Holds if each round of the loops around it, and around calls that lead to it, makes the call: no test decides on it. */
  readonly inEachRound: boolean;
  /** Holds if its output is only held against what another call made of the same input, and that once. */
  heldAgainst: boolean;
  /** Holds if the module is then run on the same input in evaluation mode: the difference is what the program shows. */
  showsModes: boolean;
  /** Modules with parameters of their own that take part, as far as these require gradients. */
  readonly parameters: Set<AbstractObject>;
  /** Those of them for which a graph may be recorded. */
  readonly learning: Set<AbstractObject>;
  /** The others, where the call as a whole is recorded: where that ends. */
  readonly cuts: Map<AbstractObject, Cut>;
  /** For each path to the call: what put all its layers into evaluation mode, or null where they are not certainly in it. */
  readonly asleep: Map<string, ModeSetting | null>;
  /** For each path to the call: what may have put some of its layers into evaluation mode, a network as a whole, while gradients may come back. */
  readonly drowsy: Map<string, ReadonlySet<ModeSetting>>;
  /** The paths on which a backward pass runs through it. */
  readonly trainedOn: Set<string>;
  /** For each path to the call: the layers that are certainly in training mode. */
  readonly awakeOn: Map<string, readonly LeafRun[]>;
  /** For each path to the call: the two calls one of which has set the mode of all its layers, where there are just two. */
  readonly eitherOn: Map<string, Either>;
  /** Those of one path that no test has decided on: in the first round of a loop that makes the call in each, or in one that follows a certain other. */
  awakeInRound: readonly LeafRun[];
  /** An evaluation set the mode in which this call trains; `certain` if on some path it certainly does. */
  leftBehind: { readonly setting: ModeSetting; readonly certain: boolean } | null;
  /**
   * Its output goes into what is trained, but gradients do not come back: it runs without them, they are cut off behind it, or (`cut`) a part of it does. An
   * optimiser waits for them in vain.
   */
  starved: readonly { readonly certain: boolean; readonly cut: Cut | null }[];
  /** Another task may set the mode that this call relies on, while the code that set it waits. */
  race: Race | null;
  /** For each path to the call: a layer that was woken with the rest of its network. */
  readonly wokenOn: Map<string, Woken>;
  /** One of them, if the call is a training step. */
  woken: Woken | null;
  readonly uses: Set<Use>;
  /** First place of each use. */
  readonly useSites: Map<Use, Site>;
}

/** How a module leaves the program. */
export interface ExportFact {
  /** Full path of the function: `torch.jit.trace`. */
  readonly path: string;
  /** `program`: what it computes is fixed in the mode that it is in. `whole`: the module is written with its flags. `refused`: not unless in evaluation mode. */
  readonly as: 'program' | 'whole' | 'refused';
  /** False if some versions of the library switch to evaluation mode for it. */
  readonly keepsMode: boolean;
}

/** A random or mode-taking operation that a `forward` reaches while its module is in evaluation mode. */
export interface DrawObservation {
  readonly kind: 'draw';
  readonly number: number;
  readonly where: FuncRef;
  readonly call: Site;
  readonly statement: Span;
  readonly calleeSpan: Span;
  /** Full path of the operation: `torch.randn_like`. */
  readonly path: string;
  /** The class whose `forward` reaches it. */
  readonly owner: ProjectClass;
  /** Holds if a test whose name speaks of a mode governs it, though we cannot tell its value. */
  declared: boolean;
  stale: StaleOrigin | null;
  /** Holds if the analysis stopped before it had seen every way here. */
  incomplete: boolean;
  /** Holds if nothing of the kind happens in training mode; null while that is not known. */
  inverted: boolean | null;
  /** The option that says the mode, where it is not a flag of the module. */
  readonly option: string | null;
  readonly operation:
    | { readonly kind: 'random'; perturbs: boolean }
    | { readonly kind: 'functional'; readonly fault: FunctionalFault; readonly what: 'random' | 'statistics'; readonly rateInSight: boolean };
}

/** Why a functional layer is active in evaluation mode. */
export type FunctionalFault =
  /** `training` was left out and is true by default. */
  | { readonly kind: 'omitted'; readonly name: string; readonly argsEnd: number; readonly hasArgs: boolean; readonly position: number | null; readonly given: number; readonly callStyle: 'keyword' | 'positional' }
  /** `training=True`. */
  | { readonly kind: 'constant'; readonly name: string; readonly span: Span }
  /** It has no `training` argument, and nothing sets its rate to 0 in evaluation mode. */
  | { readonly kind: 'rate'; readonly name: string; readonly span: Span }
  /** `training` was left out and is false by default: it never does anything. */
  | { readonly kind: 'no-effect'; readonly name: string; readonly argsEnd: number; readonly hasArgs: boolean }
  /** The flag is given in the place of the rate, and all else is left out. */
  | { readonly kind: 'flag-as-rate'; readonly name: string; readonly span: Span }
  /** `training=not self.training`. */
  | { readonly kind: 'inverted'; readonly name: string; readonly span: Span }
  /** A stale copy of the mode decides. */
  | { readonly kind: 'stale'; readonly span: Span };

/** What is wrong with how a class of modules is written, or with how a module is handled as an object. */
export type LayerFault =
  /** A layer that depends on the mode is made in `forward` and run there: it is as new in every call, in training mode. */
  | { readonly kind: 'built-in-forward'; readonly owner: ProjectClass; readonly className: string; readonly made: Site; readonly effect: LeafRun['effect'] }
  /** A module is kept where the library does not look for children. */
  | { readonly kind: 'unregistered'; readonly owner: ProjectClass; readonly attribute: string; readonly form: string; readonly part: AbstractObject; readonly sensitive: boolean; readonly learns: boolean }
  /** `train` or `eval` is overridden, and does not do what its callers rely on. */
  | { readonly kind: 'override'; readonly owner: ProjectClass; readonly method: string; readonly problem: OverrideProblem; readonly parts: readonly AbstractObject[]; readonly bodyStart: number }
  /** What drops values in training mode does not after a call in evaluation mode: that one has assigned a setting, and nothing puts it back. */
  | { readonly kind: 'switched-off'; readonly owner: ProjectClass; readonly assigned: Site }
  /** A mode method is looked up and not called, or the flag is called. */
  | { readonly kind: 'mode-method'; readonly name: string; readonly how: 'tested' | 'dropped' | 'passed' | 'flag-called' }
  /** The flag of one module is assigned; `parts` are layers below it that keep the other mode. */
  | { readonly kind: 'flag-assigned'; readonly className: string; readonly parts: readonly AbstractObject[] }
  /** The mode is given to something that does not look at it. `layers`: those that would have followed it. */
  | { readonly kind: 'option-ignored'; readonly how: 'inference-method' | 'not-an-object' | 'symbolic'; readonly method: string; readonly option: string; readonly layers: readonly AbstractObject[] }
  /** `call(inputs, training)`: the options are in the second parameter, and there is no third. */
  | { readonly kind: 'option-parameter'; readonly owner: ProjectClass; readonly name: string; readonly option: string }
  /** A training step runs a model without the option. */
  | { readonly kind: 'option-missing'; readonly method: string; readonly option: string; readonly layers: readonly AbstractObject[] }
  /** A layer of the project runs a part of it without the options that it was given. */
  | { readonly kind: 'option-not-forwarded'; readonly owner: ProjectClass; readonly part: AbstractObject; readonly option: string }
  /** `forward` is called past the form of the library that runs hooks. `hooked`: hooks are seen to be registered. */
  | { readonly kind: 'direct-forward'; readonly className: string; readonly hooked: boolean };

export type OverrideProblem =
  /** After it was asked for evaluation mode, part of the module is in training mode. */
  | 'keeps-training'
  /** It gives nothing back: `net.eval()` is no module. */
  | 'returns-nothing'
  /** It gives something else back: `net.eval()` is another object. */
  | 'returns-other'
  /** It cannot take the mode that `eval()` hands over. */
  | 'takes-no-mode'
  /** It is something else that happens to have the name. */
  | 'shadows'
  /** `eval` alone is overridden: `train(false)`, and the `eval()` of a network around it, pass it by. */
  | 'eval-alone';

export interface LayerObservation {
  readonly kind: 'layer';
  readonly where: FuncRef;
  readonly call: Site;
  readonly fault: LayerFault;
  certain: boolean;
}

/** What is wrong with a gradient scope. */
export type ScopeFault =
  /** Made as a statement of its own, and never entered. */
  | 'dropped'
  /** The class is given to `with`, not an object of it. */
  | 'not-called'
  /** A value is given in the place of the callback: it was computed before the scope began. */
  | 'not-a-callback'
  /** The same object is entered while it is entered, and forgets what to put back. */
  | 'entered-twice'
  /** A decorator of a coroutine function: it has left the scope when the body begins to run. */
  | 'around-coroutine'
  /** A backward pass runs from something that was computed without a graph, in the same scope: it throws. */
  | 'around-backward'
  /** Other code runs while the scope is open. */
  | 'suspended-by-await'
  | 'suspended-by-yield';

export interface ScopeObservation {
  readonly kind: 'scope';
  readonly where: FuncRef;
  readonly call: Site;
  /** Full path of the scope: `torch.no_grad`. */
  readonly path: string;
  readonly fault: ScopeFault;
  /** Where the scope was opened or made, if elsewhere. */
  readonly opened: Site | null;
  /** The value in the place of a callback. */
  readonly argument: Span | null;
}

/** A mode is put back on one module only, while the modules below it stay as the `eval()` before has left them. */
export interface RestoreObservation {
  readonly kind: 'restore';
  readonly where: FuncRef;
  readonly call: Site;
  readonly className: string;
  /** Layers that stay in evaluation mode. */
  readonly parts: readonly AbstractObject[];
  /** What put them there. */
  readonly setting: ModeSetting;
  certain: boolean;
}

/** A function leaves a network in a mode on one way out, and puts the mode back on another. */
export interface UnrestoredObservation {
  readonly kind: 'unrestored';
  readonly where: FuncRef;
  /** Where the mode is set that stays. */
  readonly call: Site;
  readonly setting: ModeSetting;
  /** What puts it back on the other way. */
  readonly back: ModeSetting;
  /** The `return` that comes before; null for what is thrown. */
  out: Site | null;
  readonly hasCaller: boolean;
  /** Holds if no caller asks for the result, which may tell on which way the function was left. */
  isUntested: boolean;
  /** A call that is harmed by it. */
  victim: Site | null;
  certain: boolean;
}

export type Observation = ForwardObservation | DrawObservation | ScopeObservation | RestoreObservation | UnrestoredObservation | LayerObservation;

export interface Observations {
  readonly forwards: readonly ForwardObservation[];
  readonly draws: readonly DrawObservation[];
  readonly scopes: readonly ScopeObservation[];
  readonly restores: readonly RestoreObservation[];
  readonly unrestored: readonly UnrestoredObservation[];
  readonly layers: readonly LayerObservation[];
}
