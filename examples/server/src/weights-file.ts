// Where the weights are, seen from the source and from the build alike.
import { fileURLToPath } from 'node:url';

export const WEIGHTS = fileURLToPath(new URL('../weights.safetensors', import.meta.url));
