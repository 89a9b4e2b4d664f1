export interface Shape { sides: number }
export const named = (shape: Shape): number => shape.sides;
export default class Default { static readonly where: string = __filename; }
