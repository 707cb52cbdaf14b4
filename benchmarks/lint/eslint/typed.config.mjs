// Typed linting as typescript-eslint recommends it, without our plugin.
import tseslint from 'typescript-eslint';

export default [...tseslint.configs.recommendedTypeChecked, { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: process.cwd() } }, linterOptions: { reportUnusedDisableDirectives: 'off' } }];
