export const deep: string[] = ['deep', __filename];
