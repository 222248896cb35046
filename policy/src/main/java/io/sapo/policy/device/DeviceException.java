package io.sapo.policy.device;

/** A device, or libtorch itself, cannot be used on this machine; the message says why. */
public final class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
