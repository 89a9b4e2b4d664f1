try {
  null.x;
} catch (error) {
  throw new Error('outer', { cause: error });
}
