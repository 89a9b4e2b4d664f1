setTimeout(function tick() {
  throw new Error('tick');
}, 1);
