package io.sapo.configuration;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * The variables by which Kubernetes (and Docker's old links) tell a container of services: for one
 * named {@code sapo-admin} they begin with SAPO_ADMIN and look like settings without being any.
 */
final class ServiceLinks {
  private static final Pattern NAME =
      Pattern.compile(
          ".+_SERVICE_HOST|.+_SERVICE_PORT(_.+)?|.+_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");
  private static final Pattern ADDRESS = Pattern.compile("(tcp|udp|sctp)://\\S+:\\d+");

  private ServiceLinks() {}

  /** A port is a setting as well; a link's value is an address, which no setting's is. */
  static boolean contains(Map.Entry<String, String> variable) {
    String name = variable.getKey();
    return NAME.matcher(name).matches()
        || name.endsWith("_PORT") && ADDRESS.matcher(variable.getValue()).matches();
  }
}
