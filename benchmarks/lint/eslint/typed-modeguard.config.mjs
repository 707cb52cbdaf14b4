// The same typed linting, with our plugin.
import { modeguard } from './plugin.mjs';
import typed from './typed.config.mjs';

// The parser's settings are those of typed linting: ours come first.
export default [{ plugins: { modeguard } }, ...modeguard.configs.recommended, ...typed];
