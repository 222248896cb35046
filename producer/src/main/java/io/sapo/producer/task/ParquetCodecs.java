package io.sapo.producer.task;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopCodecs;

/** The library's codecs, and gzip, which it would leave to Hadoop. */
final class ParquetCodecs implements CompressionCodecFactory {
  private final CompressionCodecFactory others;

  ParquetCodecs(ParquetConfiguration configuration) {
    this.others = HadoopCodecs.newFactory(configuration, 0);
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    return others.getCompressor(codec);
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case GZIP -> new Gzip();
      case UNCOMPRESSED, SNAPPY, ZSTD, LZ4_RAW -> others.getDecompressor(codec);
      default ->
          throw new IllegalArgumentException(
              "compressed with %s; none, snappy, gzip, zstd and lz4 are read".formatted(codec));
    };
  }

  @Override
  public void release() {
    others.release();
  }

  private static final class Gzip implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
      return BytesInput.from(inflate(bytes.toByteBuffer(), decompressedSize));
    }

    @Override
    public void decompress(
        ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
        throws IOException {
      output.put(inflate(input.slice(input.position(), compressedSize), decompressedSize));
      input.position(input.position() + compressedSize);
    }

    private static byte[] inflate(ByteBuffer compressed, int size) throws IOException {
      try (GZIPInputStream in = new GZIPInputStream(ByteBufferInputStream.wrap(compressed))) {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
          throw new EOFException("a page ends early");
        }
        return bytes;
      }
    }

    @Override
    public void release() {}
  }
}
