/**
 * Model folders in Hugging Face's layout: config.json and safetensors files, checked when they are
 * read and written atomically.
 */
package io.sapo.policy.checkpoint;
