#!/usr/bin/node --flag
"use strict";
console.log((function () { return this; })());
