type Anything = unknown;

export function run<T>(value: T): Anything {
  return [value].map((item: T): never => {
    throw new Error(`deep ${item}`);
  });
}
