const x: number = 5;
let y = ;
