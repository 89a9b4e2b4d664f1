// The tsconfig.json that a file is under, if any.
'use strict';

const path = require('node:path');

const { createPathsMatcher, getTsconfig } = require('get-tsconfig');

const found = new Map();

function tsconfig(file) {
  const folder = path.dirname(file);
  if (!found.has(folder)) {
    const config = getTsconfig(folder);
    found.set(folder, { options: config?.config.compilerOptions ?? {}, match: config && createPathsMatcher(config) });
  }
  return found.get(folder);
}

exports.optionsFor = (file) => tsconfig(file).options;
// What a specifier may stand for by `paths`: a function that returns absolute paths.
exports.matcherFor = (file) => tsconfig(file).match;
// Forgets what was found while there was no program yet.
exports.forget = () => found.clear();
