exports.run = function run() {
  [1].forEach(() => undefinedFunction());
};
