import { decompress as unzstd } from 'fzstd';
import kafkajs from 'kafkajs';
import { decompress as unlz4 } from 'lz4js';
import { uncompress as unsnap } from 'snappyjs';

const { CompressionCodecs, CompressionTypes } = kafkajs;

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);

/** Java producers frame Snappy as a header and length-prefixed blocks; others send one raw block. */
const unsnappy = (data: Buffer): Buffer => {
  if (!data.subarray(0, 8).equals(XERIAL)) return Buffer.from(unsnap(data));
  const blocks: Buffer[] = [];
  for (let at = 16; at < data.length; ) {
    const size = data.readInt32BE(at);
    blocks.push(Buffer.from(unsnap(data.subarray(at + 4, at + 4 + size))));
    at += 4 + size;
  }
  return Buffer.concat(blocks);
};

const readOnly = (name: string, decompress: (data: Buffer) => Buffer) => () => ({
  compress: () => Promise.reject(new Error(`we do not write ${name}`)),
  decompress: (data: Buffer) => Promise.resolve(decompress(data)),
});

/** Reading the same record again would not help: the consumer must halt. */
export class UnknownCodec extends kafkajs.KafkaJSNonRetriableError {
  override name = 'UnknownCodec';
}

/** Registers the codecs that other producers use: without them one such record stops a consumer for good. */
export const registerCodecs = (): void => {
  CompressionCodecs[CompressionTypes.Snappy] = readOnly('snappy', unsnappy);
  CompressionCodecs[CompressionTypes.LZ4] = readOnly('lz4', (data) => Buffer.from(unlz4(data)));
  CompressionCodecs[CompressionTypes.ZSTD] = readOnly('zstd', (data) => Buffer.from(unzstd(data)));
  // The format has three more numbers for codecs to come. kafkajs would take their bytes for plain records.
  for (const type of [5, 6, 7])
    Reflect.set(CompressionCodecs, type, () => {
      throw new UnknownCodec(`the compression codec ${type} is not known`);
    });
};
