import Thing = require('./thing');
console.log(new Thing(3).double());
