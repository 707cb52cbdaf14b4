// What a project without any other linting has: our plugin, its recommended configuration.
import { modeguard } from './plugin.mjs';

export default [{ plugins: { modeguard } }, ...modeguard.configs.recommended, { linterOptions: { reportUnusedDisableDirectives: 'off' } }];
