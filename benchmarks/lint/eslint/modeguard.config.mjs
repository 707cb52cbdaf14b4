// What a project without any other linting has: our plugin, its recommended configuration.
import modeguard from '../../../packages/eslint-plugin/dist/index.js';

export default [{ plugins: { modeguard } }, ...modeguard.configs.recommended, { linterOptions: { reportUnusedDisableDirectives: 'off' } }];
