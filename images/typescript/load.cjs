// Reads a TypeScript file as JavaScript, and says whether as CommonJS or as an ES module.
'use strict';

const { readFileSync } = require('node:fs');
const { fileURLToPath } = require('node:url');
const { compileFunction } = require('node:vm');

const { translate } = require('./translate.cjs');

const SOURCE = /^file:.*\.[cm]?tsx?$/;
const WRAPPER = ['exports', 'require', 'module', '__filename', '__dirname'];

exports.load = function load(url, context, nextLoad) {
  const imported = context.conditions.includes('import');
  if (SOURCE.test(url)) return { ...read(fileURLToPath(url), context.format, imported), shortCircuit: true };
  if (imported && /^file:.*\.json$/.test(url) && context.importAttributes?.type !== 'json') {
    const text = readFileSync(fileURLToPath(url), 'utf8');
    return { format: 'module', source: `export default ${text}`, shortCircuit: true };
  }
  return nextLoad(url, context);
};

function read(file, format, imported) {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  if (file.endsWith('.mts') || format?.startsWith('module')) {
    return { format: 'module', source: translate(text, file, 'es6') };
  }
  if (file.endsWith('.cts') || format?.startsWith('commonjs')) {
    return { format: 'commonjs', source: translate(text, file, 'commonjs') };
  }
  // Forms that exist only for CommonJS.
  const isCommonJS = /^\s*(export\s*=|(export\s+)?import\s+[\w$]+\s*=\s*require\b)/m.test(text);
  if (imported && !isCommonJS) {
    const source = translate(text, file, 'es6');
    return { format: canBeCommonJS(source) ? 'commonjs' : 'module', source };
  }
  const source = translate(text, file, 'commonjs');
  if (!/\bawait\b/.test(text) || canBeCommonJS(source)) return { format: 'commonjs', source };
  return { format: 'module', source: translate(text, file, 'es6') };
}

function canBeCommonJS(source) {
  try {
    compileFunction(source, WRAPPER);
    return true;
  } catch {
    return false; // import, export or await at the top level
  }
}
