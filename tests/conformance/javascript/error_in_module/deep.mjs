export async function run() {
  await 1;
  throw new Error('deep');
}
