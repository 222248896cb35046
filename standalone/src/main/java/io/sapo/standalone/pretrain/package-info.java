/** Makes the starting checkpoint of the learning task {@code figures} by supervised training. */
package io.sapo.standalone.pretrain;
