// The shape of a library model. A model is data: one JSON file per library, every row with the source of its claim. The
// front ends know no library and the interpreter knows no library's name; what `torch.no_grad()` does is written in a row.
//
// Paths: `torch.nn.Dropout` is what the attribute chain from the imported package spells; for npm packages the package name
// comes first: `@modeguard/engine.nn.Dropout`. One `*` in a path stands for anything: `torch.*`, `transformers.*.from_pretrained`; an exact row goes
// before such a pattern, and of several the one with the longest end, then the longest one.
import * as v from 'valibot';

/** Where a fact comes from: a documentation page, a source file, or a recorded run. */
const source = v.pipe(v.string(), v.minLength(1, 'say where the fact comes from'));

/** An argument of a call: its keyword (or the key in an options object), its position, what it is when left out. */
const argument = v.strictObject({
  name: v.string(),
  position: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** The argument may also be given as a key of an options object at this position (JavaScript). */
  options: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  default: v.optional(v.union([v.boolean(), v.number(), v.string(), v.null()])),
});

/** Of a collection, or of several arguments: one of the elements, or a list of some. */
const chosenFrom = v.picklist(['one', 'some']);

/**
 * What a method of a library's object does. `given`: hands back what it is given, wrapped or moved (several things as a tuple). `backward`: runs the backward pass
 * from its arguments. `read`, `pure`: as of a function. `train`, `eval`: runs the network that the object holds, and leaves it in that mode.
 */
const objectMethod = v.picklist(['given', 'backward', 'read', 'pure', 'train', 'eval']);

const classRow = v.strictObject({
  path: v.string(),
  /**
   * `module`: derives from the library's module base. `layer`: a layer or model whose mode is an option of each call. `object`: anything else
   * (optimisers, loaders, data).
   */
  kind: v.picklist(['module', 'layer', 'object']),
  /** Whether the layer itself (not its children) behaves differently in the two modes. */
  sensitive: v.optional(v.picklist(['yes', 'no', 'unknown']), 'no'),
  /** What differs: it draws random numbers, or it uses and updates statistics of the batch. */
  effect: v.optional(v.picklist(['random', 'statistics'])),
  /** The layer is inert if all of one of these groups hold for its constructor's arguments. */
  inertIf: v.optional(v.array(v.array(v.strictObject({ argument, equals: v.union([v.boolean(), v.number(), v.null()]) }))), []),
  /** A layer whose mode is an option of each call, and that is in training mode if neither the call nor a layer around it says the mode. */
  unasked: v.optional(v.literal('training')),
  /** Whether it has parameters of its own that require gradients. */
  parameters: v.optional(v.picklist(['yes', 'no', 'unknown']), 'no'),
  /** A layer: keys of its options in which other layers, or what they made of a symbolic input, are handed over. */
  holds: v.optional(v.array(v.string()), []),
  /**
   * A container: where its children come from. `arguments`: the positional ones; otherwise the position of a list or a module. `copied`: the child is a copy
   * of what is given, and its mode.
   */
  children: v.optional(v.union([v.literal('arguments'), v.strictObject({ list: v.number() }), v.strictObject({ dict: v.number() }), v.strictObject({ module: v.number(), as: v.string(), copied: v.optional(v.picklist(['train', 'eval', 'kept'])) })])),
  /** Other classes of the library that it derives from, by their paths, but for the base of all modules. */
  derives: v.optional(v.array(v.string()), []),
  /** An optimiser: it moves the parameters that its constructor is given. */
  optimizer: v.optional(v.boolean(), false),
  /** An object that is no module: the network that it is given to work with, and what its methods do. */
  network: v.optional(argument),
  methods: v.optional(v.record(v.string(), objectMethod)),
  /** Holds if it has parts that depend on the mode and that no row tells: a mode may be set on some of them alone. */
  composed: v.optional(v.boolean(), false),
  /** What a call of a container does with its children. */
  runsChildren: v.optional(v.boolean(), false),
  source,
});

const gradSets = v.picklist(['enabled', 'disabled', 'inference', 'argument']);

const functionRow = v.strictObject({
  path: v.string(),
  effect: v.variant('kind', [
    /**
     * Touches no mode; the result derives from the arguments. `passesOn`: what it is given may come out again, be kept or be called in a way that is not
     * followed, so that the networks among it are in a mode that nobody knows. `gives`: what comes out of collections that it is given.
     */
    v.strictObject({ kind: v.literal('pure'), passesOn: v.optional(v.boolean(), false), gives: v.optional(chosenFrom) }),
    /** Takes values out of tensors: prints, files, metrics, Python numbers. The result carries no gradient. */
    v.strictObject({ kind: v.literal('read') }),
    /** Asks whether an object is an instance of a class, or of one of several. */
    v.strictObject({ kind: v.literal('is-instance') }),
    /** Gives the class of an object. */
    v.strictObject({ kind: v.literal('class-of') }),
    /** Looks at shapes only. */
    v.strictObject({ kind: v.literal('shape') }),
    /** A scope of the gradient mode. `forms`: how it can be used. `argument`: which argument says what it sets. */
    v.strictObject({
      kind: v.literal('grad-scope'),
      sets: gradSets,
      argument: v.optional(argument),
      forms: v.array(v.picklist(['context', 'decorator', 'callback', 'statement'])),
      /** Position of the callback, for the form `callback`. */
      callback: v.optional(v.number(), 0),
      /** Holds if it records what is computed in it for gradients: what runs in it is training. */
      differentiates: v.optional(v.boolean(), false),
    }),
    /** Runs a callback with a module in a given mode and restores it. `mode` null: an argument says which. */
    v.strictObject({
      kind: v.literal('mode-scope'),
      module: argument,
      mode: v.union([v.picklist(['train', 'eval']), argument]),
      callback: argument,
      grad: v.optional(v.picklist(['enabled', 'disabled', 'inference'])),
    }),
    /** Throws unless a module is in a mode: what follows may rely on it. */
    v.strictObject({ kind: v.literal('assert-mode'), module: argument, mode: argument }),
    v.strictObject({ kind: v.literal('assert-grad'), grad: argument }),
    /** Draws random numbers in every mode. `gives`: what comes out of a collection that it is given. */
    v.strictObject({ kind: v.literal('random'), gives: v.optional(chosenFrom) }),
    /** Turns its argument into a number or a truth value: takes it out of a tensor, and leaves constants and flags what they are. */
    v.strictObject({ kind: v.literal('cast') }),
    /** A layer as a function, whose mode is an argument. `rate` 0 makes it inert. `what`: what differs between the modes. */
    v.strictObject({ kind: v.literal('functional'), training: v.nullable(argument), rate: v.nullable(argument), what: v.optional(v.picklist(['random', 'statistics']), 'random') }),
    /** Makes a module whose class we cannot see. */
    v.strictObject({
      kind: v.literal('load-module'),
      mode: v.picklist(['train', 'eval', 'kept']),
      sensitive: v.picklist(['yes', 'no', 'unknown']),
      calibrated: v.boolean(),
      /** Arguments of which one, given and true, brings trained weights: `weights`. */
      calibratedIf: v.optional(v.array(argument)),
      /** An argument that, given and true, makes it training mode instead: `is_trainable`. */
      trainIf: v.optional(argument),
    }),
    /**
     * Makes a program of what a module computes, in the mode that it is in. `writes`: to a file at once. `keepsMode`: true where it is
     * certain that the mode is not changed for it, false where it is set to evaluation mode; left out, that depends on the version.
     * `mode`: an argument by which the author says which mode is meant.
     */
    v.strictObject({ kind: v.literal('export'), module: argument, writes: v.boolean(), keepsMode: v.optional(argument), mode: v.optional(argument) }),
    /** Writes what it is given to a file: a program, a whole module, or values. */
    v.strictObject({ kind: v.literal('save'), value: argument }),
    /** Throws unless its module is in evaluation mode, and returns what stands for it. */
    v.strictObject({ kind: v.literal('require-eval'), module: argument }),
    /** Returns the module that it is given (moved, compiled, wrapped). */
    v.strictObject({ kind: v.literal('same-module'), module: argument }),
    /** `shallow`: the copy has a mode of its own, and shares what is registered in it. */
    v.strictObject({ kind: v.literal('copy'), value: argument, shallow: v.optional(v.boolean(), false) }),
    /** Runs a callback at once and gives what that returns. `differentiates`: for gradients of it, so that what runs in it is training. */
    v.strictObject({ kind: v.literal('runs'), callback: argument, differentiates: v.boolean() }),
    /** Makes a symbolic input, which layers are put after one another on. */
    v.strictObject({ kind: v.literal('symbolic') }),
    /** Runs the backward pass from its argument. */
    v.strictObject({ kind: v.literal('backward') }),
    /** Gives running statistics a meaning. */
    v.strictObject({ kind: v.literal('calibrate'), module: argument }),
    /** A decorator that changes what a method is bound to. */
    v.strictObject({ kind: v.literal('binding'), to: v.picklist(['nothing', 'class']) }),
    /** Binds leading arguments of a function. */
    v.strictObject({ kind: v.literal('partial') }),
    /** Keeps all arguments for the function at another path, which is called with them and those of the call. */
    v.strictObject({ kind: v.literal('bound'), path: v.string() }),
    /** Looks up an attribute or an item of its last argument, or calls a method of it, by the arguments before. */
    v.strictObject({ kind: v.literal('access'), by: v.picklist(['attribute', 'item', 'method']) }),
    /** Looks up an attribute whose name is computed; `otherwise`: what it gives where there is none. */
    v.strictObject({ kind: v.literal('has-attribute'), object: argument, name: argument }),
    v.strictObject({ kind: v.literal('get-attribute'), object: argument, name: argument, otherwise: argument }),
    /** Sets an attribute whose name is computed. */
    v.strictObject({ kind: v.literal('set-attribute'), object: argument, name: argument, value: argument }),
    /** The dictionary of an object's attributes. */
    v.strictObject({ kind: v.literal('namespace'), object: argument }),
    /** Gives `object`, whose attributes or entries of the other arguments' names are theirs from then on: `Object.assign`. */
    v.strictObject({ kind: v.literal('assign'), object: argument }),
    /** Makes a dictionary of keywords, of another dictionary, or of pairs. */
    v.strictObject({ kind: v.literal('dictionary') }),
    /** The values of an object or a dictionary, as a list; or pairs of key and value, or its keys. */
    v.strictObject({ kind: v.literal('values-of'), value: argument, pairs: v.optional(v.boolean()), keys: v.optional(v.boolean()) }),
    /**
     * Goes through its arguments: `elements` (a list of them, in whatever order), `numbered` (pairs of a number and an element), `tuples` (one
     * element of each argument), `next` (one element), `chosen` (those of the second argument), `results` (what the first argument makes of them), `joined` (the elements of
     * one argument after the other), `sorted` (the elements in an order that nobody knows), `reversed`, `cycled` (the elements over and over), `sliced` (the first ones, or those between two numbers), `sized` (the arguments, or as many elements as one number says, all of them `undefined`: `Array(3)`),
     * `spread` (what the first argument makes of each, taken apart into arguments), `folded` (what the first argument makes of all of them, one after the other). `lazy`: a generator is gone
     * on with only as somebody goes through the result.
     */
    v.strictObject({ kind: v.literal('iterate'), gives: v.picklist(['elements', 'numbered', 'tuples', 'next', 'chosen', 'results', 'generated', 'joined', 'sorted', 'reversed', 'cycled', 'sliced', 'sized', 'spread', 'folded']), lazy: v.optional(v.boolean()) }),
    /** Counts from its arguments: with constants it is known whether anything is counted. */
    v.strictObject({ kind: v.literal('number-range') }),
    /** A decorator that keeps what a function has given, and gives that again for the same arguments; with anything but a function it makes the decorator. */
    v.strictObject({ kind: v.literal('memoize') }),
    /** A decorator that leaves the function as it is. */
    v.strictObject({ kind: v.literal('same-function') }),
    /**
     * A decorator that writes the constructor of a class from its fields. `fields`: what it annotates, what it gives a field object (`declared`), or `either`, as the class has them.
     * `overwrites`: a constructor that the class has, too.
     */
    v.strictObject({ kind: v.literal('data-class'), style: v.picklist(['dataclass', 'attrs']), fields: v.picklist(['annotated', 'declared', 'either']), overwrites: v.boolean() }),
    /** Says how a field of such a class gets its value; `factory`: that what it is given is called for it. */
    v.strictObject({ kind: v.literal('field'), factory: v.optional(v.boolean(), false) }),
    /** Makes a class of tuples with names; a class may also derive from it. */
    v.strictObject({ kind: v.literal('tuple-class') }),
    /** Makes of an object of a class with fields: another one with some of them changed, a dictionary, a tuple, or a list of the fields. `copies`: of what is in the fields. */
    v.strictObject({ kind: v.literal('of-fields'), makes: v.picklist(['object', 'dictionary', 'tuple', 'fields']), copies: v.optional(v.boolean(), false) }),
    /** Makes an object whose attributes are the keywords that it is given. */
    v.strictObject({ kind: v.literal('attributes') }),
    /** Gives what stands at another path: `functools.wraps(fn)` gives a decorator. */
    v.strictObject({ kind: v.literal('gives'), path: v.string() }),
    /** A decorator that makes a context manager of a generator function: what stands before its `yield` enters, the rest leaves. */
    v.strictObject({ kind: v.literal('context-manager') }),
    /**
     * Makes a context manager that undoes what was put on it while it was open. `gives`: the argument that entering it gives, in the place of the
     * manager itself; `closes`: whose `close()` is called at the end.
     */
    v.strictObject({ kind: v.literal('exit-stack'), gives: v.optional(argument), closes: v.optional(v.boolean()) }),
    /** Makes a context manager that may swallow what its block throws. */
    v.strictObject({ kind: v.literal('swallowing-manager') }),
    /** Makes a promise: runs its argument at once, and gives what the first argument of that is called with. */
    v.strictObject({ kind: v.literal('promise') }),
    /** Makes a learned parameter. */
    v.strictObject({ kind: v.literal('parameter') }),
  ]),
  source,
});

const methodEffect = v.picklist([
  /** Returns the receiver. */
  'self',
  /** Returns the entry at its first argument. */
  'item',
  /** Returns the part of the receiver that its first argument names, as a path with dots. */
  'part',
  /** Changes nothing that we track; the result derives from the receiver. */
  'pure',
  /** A copy of the receiver and of all that is registered in it, in the same modes. */
  'copy',
  'shape',
  'read',
  'detach',
  'backward',
  /** Moves parameters along their gradients. */
  'step',
  /** Runs a callback for the gradients of what it returns. */
  'minimize',
  'random',
  'set-train',
  'set-eval',
  'load-state',
  'freeze',
  'unfreeze',
  'requires-grad',
  'modules',
  'parameters',
  'apply',
  'call',
  /** Runs the module without gradients and gives values: in the mode that it is in, or in evaluation mode, which it leaves it in. */
  'infer',
  'infer-eval',
  'register',
  /** Registers code that the call form of a module runs around `forward`. */
  'hook',
  'append',
]);

/** Layers whose mode is an option of each call, and not a state of theirs. */
const optionFamily = v.strictObject({
  /** Classes that own layers derive from. */
  bases: v.array(v.string()),
  /** Key of the option, or the keyword. */
  option: v.string(),
  /**
   * How it is given: as a key of an object in the second argument, of which each layer has to hand it on; or as a keyword of the call of the layer
   * itself, which holds for the layers that are called in it as well.
   */
  style: v.optional(v.picklist(['object', 'keyword']), 'object'),
  /** What a layer overrides; its second parameter are the options. */
  call: v.string(),
  /** What a layer overrides to make its parts once the shape of the input is known. */
  build: v.string(),
  /** `apply`: runs it with options in the second argument. `infer`: runs it in inference, whatever it is given. `fit`: trains it. `add`: puts a layer at its end. */
  methods: v.record(v.string(), v.picklist(['apply', 'infer', 'fit', 'add', 'pure'])),
  source,
});

/** Code of the project that a framework calls: a class that derives from one of `bases` has its `hooks` run as they say. */
const frameworkRow = v.strictObject({
  bases: v.array(v.string()),
  hooks: v.record(
    v.string(),
    v.strictObject({
      /** `kept`: every part in the mode that the constructor left it in. */
      mode: v.picklist(['kept', 'eval']),
      grad: v.picklist(['enabled', 'disabled', 'inference']),
      /** What the framework does with the result. */
      output: v.optional(v.picklist(['trained', 'read'])),
    }),
  ),
  /** Methods that the base class gives. */
  methods: v.optional(v.record(v.string(), v.picklist(['pure', 'read', 'backward'])), {}),
  /** Methods that it calls on a new object before all others: a test's `setUp`. */
  setup: v.optional(v.array(v.string()), []),
  /** Class methods that make an instance with loaded weights, and its mode. */
  constructors: v.optional(v.record(v.string(), v.picklist(['train', 'eval'])), {}),
  source,
});

export const librarySchema = v.strictObject({
  name: v.string(),
  /** The language whose code can use it. */
  language: v.picklist(['python', 'typescript']),
  /** Import roots: `torch`, `@modeguard/engine`. */
  packages: v.array(v.string()),
  /** Other spellings of a path, longest first: `torch.nn.modules.dropout.` is `torch.nn.`. */
  aliases: v.optional(v.array(v.strictObject({ from: v.string(), to: v.string() })), []),
  /** The library's own packages, whose files import classes from one another: what the names of those stand for there. */
  own: v.optional(v.strictObject({ packages: v.array(v.string()), names: v.record(v.string(), v.string()), source })),
  modules: v.optional(
    v.strictObject({
      /** Classes that a project's modules derive from. */
      bases: v.array(v.string()),
      flag: v.string(),
      trainMethod: v.string(),
      evalMethod: v.string(),
      forward: v.string(),
      /** Holds if modules in arrays are children, too. */
      lists: v.optional(v.boolean(), false),
      /** What else is a child: every field, or only what a method of the effect `register` was given. */
      children: v.optional(v.picklist(['fields', 'registered']), 'fields'),
      /** Whether `train` looks at a boolean that it is given, and whether `train` and `eval` return the module. */
      takesMode: v.optional(v.boolean(), true),
      returnsSelf: v.optional(v.boolean(), true),
      /** Holds if calling the object itself runs `forward`. */
      callable: v.boolean(),
      methods: v.record(v.string(), methodEffect),
      source,
    }),
  ),
  layers: v.optional(optionFamily),
  /** Methods of tensors, looked up on values whose class we do not know. */
  tensorMethods: v.optional(v.record(v.string(), methodEffect), {}),
  /** Attributes of tensors that say nothing about their values. */
  shapeAttributes: v.optional(v.array(v.string()), []),
  classes: v.optional(v.array(classRow), []),
  functions: v.optional(v.array(functionRow), []),
  frameworks: v.optional(v.array(frameworkRow), []),
});

export type LibraryModel = v.InferOutput<typeof librarySchema>;
export type ClassRow = v.InferOutput<typeof classRow>;
export type OptionFamily = v.InferOutput<typeof optionFamily>;
export type FrameworkRow = v.InferOutput<typeof frameworkRow>;
export type FunctionRow = v.InferOutput<typeof functionRow>;
export type FunctionEffect = FunctionRow['effect'];
export type ArgumentRow = v.InferOutput<typeof argument>;
export type MethodEffect = v.InferOutput<typeof methodEffect>;
