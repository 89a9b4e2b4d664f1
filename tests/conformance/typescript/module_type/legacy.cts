exports.y = 2 as number;
