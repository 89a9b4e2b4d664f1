import x from 'nope';
console.log(await x);
