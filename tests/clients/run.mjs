// usage: node run.mjs MODULE... [-- NAME]: runs the cases of the modules, or those whose names
// contain NAME.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { runCases } from './cases.mjs';

const words = process.argv.slice(2);
const end = words.indexOf('--');
const modules = end < 0 ? words : words.slice(0, end);
for (const module of modules) await import(pathToFileURL(resolve(module)));
process.exit(await runCases(end < 0 ? '' : words[end + 1]));
