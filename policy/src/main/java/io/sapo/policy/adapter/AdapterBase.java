package io.sapo.policy.adapter;

/**
 * The model that adapters are over.
 *
 * @param name what {@code base_model_name_or_path} says
 * @param sha256 digest of its frozen tensors, see {@link io.sapo.policy.network.BaseModel#sha256};
 *     empty where it is not known
 */
public record AdapterBase(String name, String sha256) {
  public static AdapterBase named(String name) {
    return new AdapterBase(name, "");
  }
}
