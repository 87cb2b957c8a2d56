declare module 'lz4js' {
  export const decompress: (data: Uint8Array) => Uint8Array;
}
declare module 'snappyjs' {
  export const compress: (data: Uint8Array) => Uint8Array;
  export const uncompress: (data: Uint8Array) => Uint8Array;
}
