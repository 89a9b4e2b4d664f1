const value = await new Promise((resolve) => setTimeout(resolve, 2, 'later'));
console.log(value, typeof require);
