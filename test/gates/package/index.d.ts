export declare const used: number;
