const fs = require('fs');
const { mkdtemp, writeFile, readFile, rm } = require('fs/promises');
(async () => {
  const folder = await mkdtemp('/tmp/x-');
  await writeFile(`${folder}/a`, 'текст');
  console.log(await readFile(`${folder}/a`, 'utf8'), fs.statSync(`${folder}/a`).size);
  await rm(folder, { recursive: true });
  console.log(fs.existsSync(folder), fs.statSync('/workspace').mode.toString(8));
  await readFile('/nope').catch((error) => console.log(error.message));
})();
