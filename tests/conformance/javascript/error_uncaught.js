function inner(depth) {
  if (depth === 0) throw new TypeError('сообщение');
  inner(depth - 1);
}
inner(3);
