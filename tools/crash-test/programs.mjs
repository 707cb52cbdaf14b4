// @ts-check
// Which files are programs, by their names.

const PYTHON = /\.py$/i;
const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx)$/i;

/** @param {string} name */
export function isPython(name) {
  return PYTHON.test(name);
}

/** @param {string} name */
export function isProgram(name) {
  return PYTHON.test(name) || SCRIPT.test(name);
}
