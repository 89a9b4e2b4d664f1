type Later = Promise<void>;

async function later(): Later {
  await null;
  throw new RangeError('rejected');
}

await later();
