class Mine extends Error { constructor(message: string, readonly code: number) { super(message); } }
try { (null as any).x; } catch (error: unknown) { throw new Mine((error as Error).message, 7); }
