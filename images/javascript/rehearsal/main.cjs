'use strict';
const { readFileSync } = require('node:fs');
const { add } = require('./other.cjs');

class Shape {
  #sides;
  constructor(sides) {
    this.#sides = sides;
  }
  get sides() {
    return this.#sides;
  }
}

exports.main = function main(console) {
  console.log('hello');
  console.log('%s is %d', 'one', add(0, 1), { a: [1, 'two', null], b: new Map([['k', new Set([1])]]) });
  console.error([1.5, undefined, true], new Shape(4).sides, new Shape(3), main, Symbol('s'));
  console.log(`${[3, 1, 2].sort((a, b) => a - b).map((x) => x * 2)}`, JSON.stringify({ a: 1 }), new Date(0));
  try {
    readFileSync('/nonexistent');
  } catch (error) {
    console.error(error.stack, error);
  }
  for (const [key, value] of Object.entries(JSON.parse('{"a": [1, 2]}'))) console.log(key, value);
};
