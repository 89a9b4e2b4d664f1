const value: number = await new Promise<number>((resolve) => setTimeout(resolve, 2, 42));
console.log(value, typeof require);
