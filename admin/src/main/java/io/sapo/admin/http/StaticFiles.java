package io.sapo.admin.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** The files of the dashboard: a fixed list, held in memory, so that no path leads elsewhere. */
final class StaticFiles {
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  private StaticFiles() {}

  static void mount(Router router) {
    serve(router, "/", "/io/sapo/admin/dashboard/index.html");
    serve(router, "/assets/uplot.js", UPLOT + "uPlot.iife.min.js");
    serve(router, "/assets/uplot.css", UPLOT + "uPlot.min.css");
    for (String name : names()) {
      serve(router, "/assets/" + name, "/io/sapo/admin/dashboard/" + name);
    }
  }

  /** One name a line, in {@code files.txt}. */
  private static List<String> names() {
    return new String(read("/io/sapo/admin/dashboard/files.txt"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private static void serve(Router router, String path, String resource) {
    Buffer body = Buffer.buffer(read(resource));
    String type = type(resource);
    router
        .get(path)
        .handler(
            context -> {
              context.response().putHeader("cache-control", "no-cache");
              Replies.send(context, 200, type, body);
            });
  }

  private static String type(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> throw new IllegalStateException("no content type for " + name);
    };
  }

  static byte[] read(String resource) {
    try (InputStream in = StaticFiles.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }
}
