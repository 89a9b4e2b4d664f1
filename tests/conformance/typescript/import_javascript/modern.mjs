export const modern = 'module';
