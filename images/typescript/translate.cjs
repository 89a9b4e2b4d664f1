// TypeScript to the JavaScript that this Node knows, with a source map.
'use strict';

const { stripVTControlCharacters } = require('node:util');

const { transformSync } = require('@swc/core');

const { optionsFor } = require('./tsconfig.cjs');

exports.translate = function translate(text, file, type) {
  try {
    return transformSync(text, settings(file, type)).code;
  } catch (error) {
    throw syntaxError(error); // node-do-not-add-exception-line
  }
};

function settings(file, type) {
  const options = optionsFor(file);
  const tsx = file.endsWith('.tsx');
  return {
    filename: file,
    sourceFileName: file,
    sourceMaps: 'inline',
    swcrc: false,
    configFile: false,
    module: { type, exportInteropAnnotation: true },
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true, tsx },
      keepClassNames: true,
      transform: {
        legacyDecorator: options.experimentalDecorators ?? false,
        decoratorMetadata: options.emitDecoratorMetadata ?? false,
        decoratorVersion: '2022-03',
        useDefineForClassFields: options.useDefineForClassFields ?? !isOld(options.target),
        verbatimModuleSyntax: options.verbatimModuleSyntax ?? false,
        react: {
          runtime: options.jsx?.startsWith('react-jsx') ? 'automatic' : 'classic',
          importSource: options.jsxImportSource,
          pragma: options.jsxFactory,
          pragmaFrag: options.jsxFragmentFactory,
        },
      },
    },
  };
}

// A target with fields of classes as TypeScript had them before JavaScript did.
function isOld(target) {
  return /^es(3|5|6|20(1\d|2[01]))$/i.test(target ?? '');
}

function syntaxError(error) {
  const [message] = stripVTControlCharacters(String(error?.message ?? error)).split('\n\nCaused by:');
  const told = new SyntaxError(message.trim());
  told.stack = `SyntaxError: ${told.message}`;
  return told;
}
