import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'
import { defineConfig } from 'eslint/config'
import svelteConfig from './svelte.config.js'

const noStyleAttribute = {
  selector: 'SvelteAttribute[key.name="style"]',
  message: 'The pages forbid inline styles: use a class, or a style: directive.',
}
const noRawHtml = {
  selector: 'SvelteMustacheTag[kind="raw"]',
  message: 'Words that people wrote are text, never markup.',
}

/** Strata: net -> state -> views. A folder may not import from one above it. */
const keepBelow = (folder, above) => ({
  files: [`src/${folder}/**/*.{ts,svelte}`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ group: above.map((name) => `**/${name}/**`), message: `src/${folder} stands below this.` }] },
    ],
  },
})

export default defineConfig(
  { ignores: ['dist'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  { languageOptions: { parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: { 'no-restricted-syntax': ['error', noStyleAttribute, noRawHtml] },
  },
  {
    rules: { 'no-undef': 'off', '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }] },
  },
  keepBelow('net', ['state', 'views', 'ui']),
  keepBelow('state', ['views', 'ui']),
  keepBelow('ui', ['views']),
  keepBelow('words', ['net', 'state', 'views', 'ui']),
  { files: ['*.js'], ...ts.configs.disableTypeChecked },
)
