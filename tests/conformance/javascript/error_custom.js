class Mine extends Error {
  name = 'Mine';
  code = 'E_MINE';
  details = { a: [1, 2] };
}
console.error(new Mine('printed').message);
throw new Mine('thrown');
