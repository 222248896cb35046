package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Rows of Parquet files, one file after the other. They are laid out anew when the files are
 * opened, as JSON lines in a temporary file that has no name, because rows are asked for in any
 * order and Parquet gives them by the thousand.
 */
final class ParquetRows implements TaskRows {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of the heap, for the encoded columns of one row group. */
  private static final int HEAP_SHARE = 4;

  /** Of the space that is free where rows are laid out. */
  private static final int SPACE_SHARE = 2;

  private static final String SUFFIX = ".parquet";

  private final List<Path> files;
  private final List<String> fields;
  private final int[] firstRows;
  private final LineFile lines;

  static boolean isParquet(Path file) {
    return file.toString().endsWith(SUFFIX);
  }

  /**
   * @param wanted columns to read, where a file has them
   * @throws IOException when a file cannot be read, its row groups are too large for the heap, or
   *     there are too many rows: runs of equal ones take next to no space in it
   */
  ParquetRows(List<Path> files, Set<String> wanted) throws IOException {
    this.files = files;
    this.firstRows = new int[files.size()];
    this.fields = new ArrayList<>();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    FileChannel spool = nameless(temporary);
    try {
      long space = Files.getFileStore(temporary).getUsableSpace() / SPACE_SHARE;
      OutputStream out =
          new BufferedOutputStream(
              new LimitedOutput(Channels.newOutputStream(spool), space), 1 << 16);
      int rows = 0;
      for (int i = 0; i < files.size(); i++) {
        firstRows[i] = rows;
        rows += lay(files.get(i), wanted, out, LineFile.MAX_LINES - rows);
      }
      out.flush();
      lines = new LineFile(spool, "rows of " + files);
    } catch (IOException | RuntimeException | Error e) {
      spool.close();
      throw e;
    }
  }

  /**
   * A file to write and to read again. Its name is gone once it is open, so that nothing is left of
   * it however the process ends.
   */
  static FileChannel nameless(Path folder) throws IOException {
    return FileChannel.open(
        Files.createTempFile(folder, "sapo-tasks-", ".jsonl"),
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Names of a file's columns, of which nothing else is read. */
  static List<String> names(Path file) throws IOException {
    try (ParquetFileReader reader = open(file)) {
      return reader.getFooter().getFileMetaData().getSchema().getFields().stream()
          .map(Type::getName)
          .toList();
    } catch (RuntimeException e) {
      throw new IOException(file + ": " + reason(e), e);
    }
  }

  private int lay(Path file, Set<String> wanted, OutputStream out, int most) throws IOException {
    int rows = 0;
    try (ParquetFileReader reader = open(file)) {
      if (reader.getRecordCount() > most) {
        throw new IOException(
            "%s: has %d rows, of all files together at most %d are taken"
                .formatted(file, reader.getRecordCount(), LineFile.MAX_LINES));
      }
      MessageType schema = reader.getFooter().getFileMetaData().getSchema();
      if (fields.isEmpty()) {
        schema.getFields().forEach(field -> fields.add(field.getName()));
      }
      MessageType projected = projected(schema, wanted);
      reader.setRequestedSchema(projected);
      for (BlockMetaData block : reader.getRowGroups()) {
        checkSize(file, block, projected);
        PageReadStore pages = reader.readNextRowGroup();
        RecordReader<Group> records =
            new ColumnIOFactory()
                .getColumnIO(projected)
                .getRecordReader(pages, new GroupRecordConverter(projected));
        for (long i = 0; i < block.getRowCount(); i++) {
          out.write(line(records.read()));
          out.write('\n');
          rows++;
        }
      }
    } catch (LimitedOutput.FullException e) {
      throw new IOException(
          "%s, row %d: laid out, its rows take more than half of what is free in %s"
              .formatted(file, rows + 1, System.getProperty("java.io.tmpdir")),
          e);
    } catch (RuntimeException e) {
      throw new IOException("%s, row %d: %s".formatted(file, rows + 1, reason(e)), e);
    }
    return rows;
  }

  private static ParquetFileReader open(Path file) throws IOException {
    ParquetConfiguration plain = new PlainParquetConfiguration();
    return new ParquetFileReader(
        new LocalInputFile(file),
        ParquetReadOptions.builder(plain).withCodecFactory(new ParquetCodecs(plain)).build());
  }

  private static MessageType projected(MessageType schema, Set<String> wanted) {
    List<Type> kept =
        schema.getFields().stream().filter(field -> wanted.contains(field.getName())).toList();
    // Without any column the layout cannot be told; the message names those that there are.
    return kept.isEmpty() ? schema : new MessageType(schema.getName(), kept);
  }

  private static void checkSize(Path file, BlockMetaData block, MessageType columns)
      throws IOException {
    long bytes = 0;
    for (ColumnChunkMetaData column : block.getColumns()) {
      if (columns.containsField(column.getPath().toArray()[0])) {
        bytes += column.getTotalSize();
      }
    }
    long most = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    if (bytes > most) {
      throw new IOException(
          ("%s: a row group of %d MiB, at most %d are read at once with this heap; write it with"
                  + " smaller ones, such as row_group_size=1000")
              .formatted(file, bytes >> 20, most >> 20));
    }
  }

  private static byte[] line(Group row) throws IOException {
    byte[] line = JSON.writeValueAsBytes(ParquetJson.object(row));
    return line.length <= LineFile.MAX_LINE_BYTES
        ? line
        : JSON.writeValueAsBytes(
            "%d bytes, at most %d are taken".formatted(line.length, LineFile.MAX_LINE_BYTES));
  }

  private static String reason(RuntimeException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  @Override
  public int count() {
    return lines.count();
  }

  @Override
  public String where(int index) {
    return "%s, row %d".formatted(files.get(fileOf(index)), number(index));
  }

  @Override
  public int number(int index) {
    return index - firstRows[fileOf(index)] + 1;
  }

  @Override
  public String file(int index) {
    return files.get(fileOf(index)).getFileName().toString();
  }

  private int fileOf(int index) {
    int found = Arrays.binarySearch(firstRows, index);
    int file = found >= 0 ? found : -found - 2;
    // Of files that begin with the same row, all but the last are empty.
    while (file + 1 < firstRows.length && firstRows[file + 1] <= index) {
      file++;
    }
    return file;
  }

  @Override
  public String unit() {
    return "row";
  }

  @Override
  public byte[] bytes(int index) throws IOException {
    return lines.read(index);
  }

  @Override
  public JsonNode read(int index) throws IOException {
    JsonNode row = JSON.readTree(lines.read(index));
    if (row.isTextual()) {
      throw new IllegalArgumentException(row.asText());
    }
    return row;
  }

  @Override
  public List<String> fields() {
    return fields;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
