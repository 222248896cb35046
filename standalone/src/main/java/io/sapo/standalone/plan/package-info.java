/**
 * What a model will need before any of it is loaded: memory of each role part by part, bytes on
 * disk and on topics, the time of an update. Pure functions of a model's configuration and the
 * settings; what the machine has and how fast it multiplies is measured apart.
 */
package io.sapo.standalone.plan;
