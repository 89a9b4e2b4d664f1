async function main(): Promise<void> {
  const lib = await import('./lib');
  console.log(lib.value, lib.default, (await import('node:os')).EOL === '\n');
}
main().catch((error: Error) => console.log(error.message));
