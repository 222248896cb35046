/** What a run measured as a run of an MLflow tracking server. */
package io.sapo.standalone.mlflow;
