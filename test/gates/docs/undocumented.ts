export const naked: number = 1;
