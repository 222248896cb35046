/** Where tasks come from: files, topics, claims shared among producers. */
package io.sapo.producer.task;
