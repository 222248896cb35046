/**
 * The segmenter: cuts trajectories into reasoning segments ({@link io.sapo.segmenter.cut}), judges
 * their answers ({@link io.sapo.verifier}) and does so for every record of the trajectories topic
 * exactly once ({@link io.sapo.segmenter.topology}). {@link io.sapo.segmenter.Segmenter} is the
 * service.
 */
package io.sapo.segmenter;
