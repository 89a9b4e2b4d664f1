// Finds the file that an import means, as TypeScript does: a source before what may have been made of it,
// without an extension, and by the `paths` of a tsconfig.json.
'use strict';

const { statSync } = require('node:fs');
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');

const { matcherFor } = require('./tsconfig.cjs');

const SOURCE = /\.[cm]?tsx?$/;
const RELATIVE = /^(\.{0,2}\/|\.{1,2}$|file:)/;
const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts'];
// What a source is called in an import that names what the compiler would make of it.
const SOURCE_OF = { '.js': ['.ts', '.tsx'], '.jsx': ['.tsx'], '.mjs': ['.mts'], '.cjs': ['.cts'] };

exports.resolve = function resolve(specifier, context, nextResolve) {
  const parent = context.parentURL;
  if (parent?.startsWith('file:') && SOURCE.test(parent)) {
    const importer = fileURLToPath(parent);
    for (const wanted of paths(specifier, importer)) {
      const found = source(wanted);
      if (found) return nextResolve(named(found, context), context);
    }
  }
  return nextResolve(specifier, context);
};

// require() takes no URL, import no path.
function named(file, { conditions }) {
  return conditions.includes('import') ? pathToFileURL(file).href : file;
}

function paths(specifier, importer) {
  if (specifier.startsWith('file:')) return [fileURLToPath(specifier)];
  if (RELATIVE.test(specifier)) return [path.resolve(path.dirname(importer), specifier)];
  if (specifier.startsWith('node:')) return [];
  return matcherFor(importer)?.(specifier) ?? [];
}

// The source that is meant by a path; nothing when it is Node's to look.
function source(wanted) {
  const extension = path.extname(wanted);
  const stem = wanted.slice(0, wanted.length - extension.length);
  const candidates = (SOURCE_OF[extension] ?? []).map((other) => stem + other);
  if (!SOURCE.test(wanted)) candidates.push(...EXTENSIONS.map((other) => wanted + other));
  candidates.push(wanted);
  return candidates.find(isFile) ?? EXTENSIONS.map((other) => path.join(wanted, `index${other}`)).find(isFile);
}

function isFile(name) {
  return statSync(name, { throwIfNoEntry: false })?.isFile() ?? false;
}
