// What is worked out of a function or a file with the help of library models, kept for both together.
//
// Guarantees: what one set of models says is never the answer for another. A lowered file is shared by all that import it, and they may have models of their
// own: `settings.modeguard.libraries` of one part of a configuration, a `modeguard.json` in one folder. Nothing is kept longer than the thing and the models live.
// Refuses: answers that depend on more than the two.
//
// Worked example: `def start(net): net.begin()` sets a mode only where a model says that `begin` does.
import type { Libraries } from './read.ts';

export class ByModels<Thing extends object, Answer extends NonNullable<unknown> | null> {
  readonly #known = new WeakMap<Libraries, WeakMap<Thing, Answer>>();

  get(thing: Thing, libraries: Libraries, find: () => Answer): Answer {
    let ofModels = this.#known.get(libraries);
    if (ofModels === undefined) this.#known.set(libraries, (ofModels = new WeakMap()));
    let answer = ofModels.get(thing);
    if (answer === undefined) ofModels.set(thing, (answer = find()));
    return answer;
  }
}
