/**
 * The part of the WebAssembly API that starts the parser of Python; TypeScript declares it only together with the whole DOM.
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }

  class Instance {
    constructor(module: Module, imports: object);
  }
}
